from desktop.domain.raw_frame import is_beside


def test_only_a_bare_path_is_the_main_stream() -> None:
    assert not is_beside("/market/stream?streams=btcusdt@aggTrade/btcusdt@forceOrder")
    assert not is_beside("/v5/public/linear")
    assert is_beside("GET /fapi/v1/openInterest?symbol=BTCUSDT")
    assert is_beside("books /public/stream")
