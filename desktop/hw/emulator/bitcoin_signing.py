"""How the emulated device signs a Bitcoin transaction: it asks for it piece by piece, twice and more, believes
nothing, and shows every output and the fee. The order of requests and screens is that of the firmware.
"""

from __future__ import annotations

from desktop.domain.bitcoin_address import address_of
from desktop.domain.bitcoin_keys import script_of_key
from desktop.hw import messages as m
from desktop.hw.bitcoin import messages as btc
from desktop.hw.bitcoin import shown
from desktop.hw.bitcoin.transaction import Output, written
from desktop.hw.emulator import bitcoin_rules as rules
from desktop.hw.emulator.bitcoin_draft import Draft, Questions
from desktop.hw.emulator.bitcoin_writing import Writing
from desktop.hw.emulator.flow import Flow, Refusal, Step, Wallet

_MOST_INPUTS = 512
_SIGNED_INPUT_VBYTES = 68  # a guess good enough for the fee's warning


def sign_tx(wallet: Wallet, message: btc.SignTx) -> Flow:
    """Answer SignTx: ask, show, verify, sign."""
    small = wallet.model.letter == "1"
    draft = _begun(message, large=not small)
    yield from wallet.opened()
    questions = Questions(draft)
    review = _Review(wallet, draft, questions)
    yield from review.inputs(message.inputs_count)
    yield from review.outputs(message.outputs_count)
    yield from review.total()
    if not draft.taproot_only:
        yield from review.previous()
    yield from Writing(wallet.root(), draft, questions, asks_all_witnesses=small).signed()
    if not small:
        yield from wallet.confirmed(("Transaction signed",), m.BUTTON_OTHER)
    return questions.request(btc.TX_FINISHED)


def _begun(message: btc.SignTx, *, large: bool) -> Draft:
    coin = message.coin_name or "Bitcoin"
    if coin not in rules.COIN_TYPE:
        raise Refusal(m.DATA_ERROR, "Invalid coin name")
    if message.inputs_count < 1:
        raise Refusal(m.DATA_ERROR, "No inputs provided")
    if message.outputs_count < 1:
        raise Refusal(m.DATA_ERROR, "No outputs provided")
    if message.inputs_count > _MOST_INPUTS:
        raise Refusal(m.DATA_ERROR, "Too many inputs.")
    version = 1 if message.version is None else message.version
    return Draft(coin, version, message.lock_time or 0, large)


class _Review:
    """All that happens before the first signature."""

    def __init__(self, wallet: Wallet, draft: Draft, questions: Questions) -> None:
        self._wallet = wallet
        self._draft = draft
        self._questions = questions
        self._small = wallet.model.letter == "1"
        self._change: list[int] = []

    def inputs(self, count: int) -> Step:
        """Ask for all inputs."""
        for place in range(count):
            single = yield from self._questions.input(place)
            rules.check_input(single, self._draft.coin, strict=self._wallet.strict)
            self._draft.inputs.append(single)
            self._draft.scripts.append(self._script_of(single))

    def outputs(self, count: int) -> Step:
        """Ask for all outputs and show each that leaves the wallet."""
        for place in range(count):
            told = yield from self._questions.output(place)
            output = self._compiled(told)
            self._draft.told.append(told)
            self._draft.outputs.append(output)
            if rules.is_change(told, self._draft.inputs):
                self._change.append(output.amount)
            elif told.script_type == btc.PAY_OP_RETURN:
                screen = shown.data_screen(told.op_return_data or b"")
                yield from self._wallet.confirmed(screen, m.BUTTON_CONFIRM_OUTPUT)
            else:
                address = address_of(output.script, testnet=self._draft.testnet)
                screen = shown.payment_screen(output.amount, address, testnet=self._draft.testnet)
                yield from self._wallet.confirmed(
                    screen, m.BUTTON_SIGN_TX if self._small else m.BUTTON_CONFIRM_OUTPUT
                )

    def total(self) -> Step:
        """Show what is unusual, and last the total and the fee; a small device does not announce that screen."""
        fee = self._draft.fee
        if any(single.script_type == btc.SPEND_EXTERNAL for single in self._draft.inputs):
            yield from self._warned("The transaction contains unverified external inputs.")
        if fee < 0:
            raise Refusal(m.NOT_ENOUGH_FUNDS, "Not enough funds")
        yield from self._fee_judged(fee)
        if len(self._change) > rules.MOST_SILENT_CHANGE:
            yield from self._warned(f"There are {len(self._change)} change outputs.")
        if self._draft.lock_time:
            yield from self._warned(f"Lock time {self._draft.lock_time}")
        spent = sum(one.amount for one in self._draft.spent)
        screen = shown.total_screen(spent - sum(self._change), fee, testnet=self._draft.testnet)
        if self._small:
            yield from self._wallet.further(screen)
        else:
            yield from self._wallet.confirmed(screen, m.BUTTON_SIGN_TX)

    def previous(self) -> Step:
        """Ask for the transaction behind each input: amount, script and hash must be as was told."""
        for place, script in enumerate(self._draft.scripts):
            single = yield from self._questions.same_input(place)
            before = yield from self._questions.previous(single)
            rules.check_previous(single, script, before)

    def _warned(self, words: str) -> Step:
        yield from self._wallet.confirmed(("Warning", words), m.BUTTON_SIGN_TX)

    def _fee_judged(self, fee: int) -> Step:
        size = len(written(self._draft.transaction())) + _SIGNED_INPUT_VBYTES * len(self._draft.inputs)
        threshold = rules.FEE_THRESHOLD * size
        if fee > threshold:
            if not self._small and self._wallet.strict and fee > rules.HOPELESS_FEE * threshold:
                raise Refusal(m.DATA_ERROR, "The fee is unexpectedly large")
            screen = ("High fee", shown.amount_text(fee, testnet=self._draft.testnet))
            yield from self._wallet.confirmed(screen, m.BUTTON_FEE_OVER_THRESHOLD)

    def _script_of(self, single: btc.TxInput) -> bytes:
        if single.script_type == btc.SPEND_EXTERNAL:
            return single.script_pubkey or b""
        key = self._wallet.root().at(single.address_n).public().public_key
        return script_of_key(key, rules.SCRIPT_OF_SPEND[single.script_type or 0])

    def _compiled(self, told: btc.TxOutput) -> Output:
        if not told.address_n:
            return rules.foreign_output(told, testnet=self._draft.testnet)
        script = rules.SCRIPT_OF_PAY.get(told.script_type or 0)
        if script is None:
            raise Refusal(m.DATA_ERROR, "Unsupported script type.")
        if told.address is not None:
            raise Refusal(m.DATA_ERROR, "Both address and address_n provided.")
        rules.check_path(told.address_n, script, self._draft.coin)
        key = self._wallet.root().at(told.address_n).public().public_key
        return Output(told.amount, script_of_key(key, script))
