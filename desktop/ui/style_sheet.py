"""The one style sheet: what Qt draws itself. Everything else is painted by the panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop.ui.theme import Colours

_SHEET = """
QWidget#page, QMainWindow {{ background: {window}; }}
QFrame[part="card"] {{ background: {panel}; border: 1px solid {divider}; border-radius: 6px; }}
QFrame[part="inset"] {{ background: {raised}; border: none; border-radius: 4px; }}
QFrame[part="line"] {{ background: {divider}; border: none; }}
QLabel {{ background: transparent; border: none; }}
QLabel[tone="second"] {{ color: {second}; }}
QLabel[tone="third"] {{ color: {third}; }}
QLabel[tone="notable"] {{ color: {notable}; }}
QLabel[tone="warning"] {{ color: {warning}; }}
QLabel[tone="critical"] {{ color: {critical}; }}
QLabel[tone="ready"] {{ color: {ready}; }}

QPushButton {{ background: {raised}; color: {text}; border: 1px solid {button_edge}; border-radius: 4px;
  padding: 0 12px; min-height: 26px; font-weight: 500; }}
QPushButton:hover {{ border-color: {field_edge}; }}
QPushButton:pressed {{ background: {selected}; }}
QPushButton:disabled {{ color: {third}; background: transparent; border: 1px dashed {button_edge}; }}
QPushButton[kind="primary"] {{ background: {primary}; color: {on_primary}; border-color: {primary};
  font-weight: 600; }}
QPushButton[kind="primary"]:hover {{ background: {second}; border-color: {second}; }}
QPushButton[kind="primary"]:disabled {{ background: transparent; color: {third};
  border: 1px dashed {button_edge}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; color: {second}; padding: 0 8px;
  min-height: 20px; }}
QPushButton[kind="quiet"]:hover {{ color: {text}; border-color: {divider}; }}
QPushButton[kind="quiet"]:checked {{ background: {raised}; color: {text}; border-color: {button_edge}; }}
QPushButton[fit="tight"] {{ padding: 0 8px; min-width: 40px; }}
QPushButton[fit="tight"]:focus {{ padding: 0 7px; }}
QPushButton[grade="large"] {{ min-height: 38px; font-size: 13px; }}
QPushButton:focus {{ border: 2px solid {focus}; padding: 0 11px; min-height: 24px; }}
QPushButton[kind="quiet"]:focus {{ border: 2px solid {focus}; padding: 0 7px; min-height: 18px; }}
QPushButton[grade="large"]:focus {{ min-height: 36px; }}

QLineEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox {{ background: {panel}; color: {text};
  border: 1px solid {field_edge}; border-radius: 4px; padding: 4px 8px; selection-background-color: {focus}; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QAbstractSpinBox:focus {{ border: 2px solid {focus};
  padding: 3px 7px; }}
QComboBox {{ padding: 4px 8px 4px 10px; }}
QComboBox:focus {{ padding: 3px 7px 3px 9px; }}
QAbstractSpinBox {{ padding: 4px 2px; }}
QAbstractSpinBox:focus {{ padding: 3px 1px; }}
QAbstractSpinBox > QLineEdit, QAbstractSpinBox > QLineEdit:focus {{ background: transparent; border: none;
  padding: 0; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QLineEdit:read-only {{ background: {raised}; border-color: {divider}; }}

QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {field_edge}; border-radius: 3px;
  background: {panel}; }}
QCheckBox::indicator:checked {{ background: {primary}; border-color: {primary}; image: url("{tick}"); }}
QCheckBox:focus {{ color: {focus}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{arrow}"); width: 10px; height: 10px; }}
QComboBox QAbstractItemView {{ background: {panel}; color: {text}; border: 1px solid {button_edge};
  selection-background-color: {selected}; selection-color: {text}; }}

QBalloonTip, QBalloonTip QLabel {{ color: #141B22; }} /* Qt paints its balloon pale yellow in every theme */
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {button_edge}; padding: 8px; }}
QMenu {{ background: {panel}; color: {text}; border: 1px solid {button_edge}; padding: 4px 0; }}
QMenu::item {{ padding: 5px 24px 5px 12px; background: transparent; }}
QMenu::icon {{ padding-left: 12px; }}
QMenu::item:selected {{ background: {selected}; }}
QMenu::item:disabled {{ color: {third}; }}
QMenu::separator {{ height: 1px; background: {divider}; margin: 4px 0; }}

QTableView {{ background: {panel}; color: {text}; border: 1px solid {divider}; gridline-color: {divider};
  selection-background-color: {selected}; selection-color: {text}; alternate-background-color: {panel}; }}
QHeaderView::section {{ background: {panel}; color: {third}; border: none; border-bottom: 1px solid {divider};
  padding: 4px 8px; }}
QTableView QTableCornerButton::section {{ background: {panel}; border: none; }}

QScrollArea {{ background: transparent; border: none; }}
QWidget[part="scrolled"], QScrollArea > QWidget > QWidget[part="scrolled"] {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {button_edge}; border-radius: 3px; min-height: 32px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {button_edge}; border-radius: 3px; min-width: 32px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def style_sheet(wanted: Colours, icons: str) -> str:
    """Return the style sheet in these colours; `icons` is the folder of the small pictures that Qt draws itself."""
    names = (
        "window panel raised selected divider button_edge field_edge text second third primary on_primary "
        "notable warning critical ready focus"
    )
    inks = {name: getattr(wanted, name).name() for name in names.split()}
    return _SHEET.format(tick=f"{icons}/tick-{wanted.name}.svg", arrow=f"{icons}/down-{wanted.name}.svg", **inks)
