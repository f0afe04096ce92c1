"""Prompts out, answers back by id."""

import threading

from desktop.hw.prompts import Declined, PassphraseAnswer, PinAnswer, PinPrompt, Prompt, PromptDesk, next_id


def test_only_the_answer_with_the_prompts_id_counts() -> None:
    def on_prompt(prompt: Prompt) -> None:
        desk.answer(PinAnswer(prompt.id - 1, "1"))
        desk.answer(PinAnswer(prompt.id, "2"))

    desk = PromptDesk(on_prompt)
    prompt = PinPrompt(next_id())
    assert desk.answer_to(prompt, threading.Event()) == PinAnswer(prompt.id, "2")


def test_silence_is_an_answer() -> None:
    desk = PromptDesk(lambda prompt: None, patience_s=0.01)
    assert desk.answer_to(PinPrompt(5), threading.Event()) == Declined(5, timed_out=True)


def test_a_stop_is_an_answer() -> None:
    stop = threading.Event()
    desk = PromptDesk(lambda prompt: stop.set())
    assert desk.answer_to(PinPrompt(6), stop) == Declined(6)


def test_answers_do_not_show_their_secret() -> None:
    assert "7391" not in repr([PinAnswer(1, "7391"), PassphraseAnswer(1, "7391")])
