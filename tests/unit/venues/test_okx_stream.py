import json

from desktop.venues.okx.stream import public_plan, subscription


def test_the_subscription_names_every_channel_of_each_contract_once() -> None:
    plan = public_plan("wss://ws.okx.com:8443", ["BTC-USDT-SWAP", "ETH-USDT-SWAP"])
    assert plan.url == "wss://ws.okx.com:8443/ws/v5/public"
    assert (plan.ping, plan.ping_s) == (b"ping", 20.0)
    asked = [json.loads(text) for text in plan.sayings]
    args = [arg for request in asked for arg in request["args"]]
    assert {request["op"] for request in asked} == {"subscribe"}
    assert args.count({"channel": "liquidation-orders", "instType": "SWAP"}) == 1
    assert {"channel": "trades", "instId": "ETH-USDT-SWAP"} in args
    assert {"channel": "index-tickers", "instId": "BTC-USDT"} in args
    assert len(args) == len({json.dumps(arg, sort_keys=True) for arg in args})


def test_a_long_watch_list_is_split_into_requests() -> None:
    plan = public_plan("wss://x", [f"C{number}-USDT-SWAP" for number in range(100)])
    assert len(plan.sayings) > 1
    assert all(len(json.loads(text)["args"]) <= 100 for text in plan.sayings)
    assert all(len(text) < 64_000 for text in plan.sayings)


def test_what_was_subscribed_can_be_ended() -> None:
    (request,) = subscription(["trades BTC-USDT-SWAP", "status"], False)
    assert json.loads(request) == {
        "op": "unsubscribe",
        "args": [{"channel": "trades", "instId": "BTC-USDT-SWAP"}, {"channel": "status"}],
    }
