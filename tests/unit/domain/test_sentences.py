"""Error words become whole sentences."""

from desktop.domain.errors import BadInput
from desktop.domain.sentences import sentence, told


def test_words_become_sentences_once() -> None:
    assert sentence("the wallet is gone") == "The wallet is gone."
    assert sentence("Connect it again.") == "Connect it again."
    assert sentence("") == ""


def test_an_error_is_told_with_its_remedy() -> None:
    assert told(BadInput("this is none", "Try another")) == "This is none. Try another."
    assert told(BadInput("this is none", "")) == "This is none."
