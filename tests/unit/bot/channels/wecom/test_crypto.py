"""WeCom's envelope: the published vectors, a second implementation, and everything that was
touched."""

from base64 import b64decode, b64encode
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.enterprise.crypto import WeChatCrypto
from wechatpy.exceptions import InvalidSignatureException

from bot.channels.wecom.crypto import Envelope, Forged, Sealed, decrypt_file

TOKEN, KEY, CORP = "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7"
OURS = Envelope(TOKEN, KEY, CORP)
BOT = Envelope(TOKEN, KEY, "")
WHEN, NONCE = "1700000000", "nonce1"
RANDOM = b"0123456789abcdef"
MEDIA_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SEALED = OURS.seal("你好 hello".encode(), WHEN, NONCE, RANDOM)
MESSAGE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj"
    "911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06"
    "DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQ"
    "H03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo"
    "6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+q"
    "N+E7Q=="
)
REPLY = """<xml>
<MsgType><![CDATA[text]]></MsgType>
<Content><![CDATA[test]]></Content>
<FromUserName><![CDATA[wx49f0ab532d5d035a]]></FromUserName>
<ToUserName><![CDATA[messense]]></ToUserName>
<AgentID>1</AgentID>
<CreateTime>1411525903</CreateTime>
</xml>"""


def opened(envelope: Envelope, sealed: Sealed, **changed: str) -> bytes:
    fields = {
        "signature": sealed.signature, "timestamp": sealed.timestamp, "nonce": sealed.nonce,
        "encrypted": sealed.encrypted,
    }  # fmt: skip
    return envelope.open(**(fields | changed))


def signed(encrypted: str) -> Sealed:
    """Somebody who knows the token signed this."""
    signature = OURS.sign(WHEN, NONCE, encrypted)
    return Sealed(encrypted=encrypted, signature=signature, timestamp=WHEN, nonce=NONCE)


@pytest.mark.parametrize(
    ("envelope", "signature", "timestamp", "nonce", "echo", "says"),
    [
        (OURS, "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780",
         "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
         b"1616140317555161061"),
        (Envelope("123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a"),
         "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96", "1411443780", "437374425",
         "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
         b"5927782489442352469"),
    ],
)  # fmt: skip
def test_the_echo_of_the_url_check_opens(
    envelope: Envelope, signature: str, timestamp: str, nonce: str, echo: str, says: bytes
) -> None:
    said = envelope.open(signature=signature, timestamp=timestamp, nonce=nonce, encrypted=echo)
    assert said == says


def test_the_published_message_opens() -> None:
    plain = OURS.open(
        signature="477715d11cdb4164915debcba66cb864d751f3e6", timestamp="1409659813",
        nonce="1372623149", encrypted=MESSAGE,
    )  # fmt: skip
    found = {each.tag: each.text for each in ElementTree.fromstring(plain)}
    assert (found["Content"], found["FromUserName"]) == ("hello", "mycreate")
    assert (found["CreateTime"], found["MsgId"]) == ("1409659813", "4561255354251345929")
    assert found["AgentID"] == "218"


def test_sealing_with_the_published_random_gives_the_published_signature() -> None:
    envelope = Envelope(
        "123456", "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR", "wx49f0ab532d5d035a"
    )
    sealed = envelope.seal(REPLY.encode(), "1411525903", "461056294", b"1234567890123456")
    assert sealed.signature == "407518b7649e86ef23978113f92d27afa9296533"


@pytest.mark.parametrize(
    ("envelope", "text", "encrypted", "signature"),
    [
        (OURS, b"hello",
         "sKqRbbiSUnDhFHOvPjtUMd2aKGsnO1wGUhhgmucZyOooAmp9WiC5uDkjoOv6eP1l5uh45DeEw9aco5AR3vyVtA==",
         "3e87f9bb49097b7b193802a0b89816162ba39446"),
        (BOT, b'{"msgtype":"stream","stream":{"id":"s1","finish":false,"content":"hi"}}',
         ("sKqRbbiSUnDhFHOvPjtUMe99UU/cePdjJI/5CJb9risqnzMXoh50krBoA/TUBIB+5NFJ0/Har9B6CPT7e8kHOYmC"
          "ZhxSDQF1vr0afsDS59PpX9r47fM5rVklfOshW9n+"),
         "ef49fec47408cd496cd8636808a2b22b03dc9743"),
        (BOT, b"x" * 12,
         "sKqRbbiSUnDhFHOvPjtUMT04SBXqyecnV0R+mVLqu11Se0CAxtEP8Zs4hONFU+GhnY2XmfYUSF/20UR5dRgc0w==",
         BOT.sign(WHEN, NONCE,
         "sKqRbbiSUnDhFHOvPjtUMT04SBXqyecnV0R+mVLqu11Se0CAxtEP8Zs4hONFU+GhnY2XmfYUSF/20UR5dRgc0w==")),
    ],
)  # fmt: skip
def test_sealing_gives_what_other_implementations_give(
    envelope: Envelope, text: bytes, encrypted: str, signature: str
) -> None:
    sealed = envelope.seal(text, WHEN, NONCE, RANDOM)
    assert (sealed.encrypted, sealed.signature) == (encrypted, signature)
    assert opened(envelope, sealed) == text


@pytest.mark.parametrize(
    ("encrypted", "content"),
    [
        ("M7Rp6daj7xz+POChmhmcBTjQhtANKuWa59UQUNC+1iQ=", b"hello media"),
        ("z8bbE36RpJtRsxvOGnsPD0DYew/PnvvvFvANjMMyFADhC+YteNcA2JwF1yhpvHYkcxCseHNTyCBUorSSu3Y63w==",
         b"A" * 32),
    ],
)  # fmt: skip
def test_media_opens(encrypted: str, content: bytes) -> None:
    assert decrypt_file(b64decode(encrypted), MEDIA_KEY) == content
    assert decrypt_file(b64decode(encrypted), MEDIA_KEY.rstrip("=")) == content


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", MEDIA_KEY), (b"x" * 15, MEDIA_KEY), (b"x" * 32, MEDIA_KEY), (b"x" * 32, ""),
        (b"x" * 32, "short"), (b"x" * 32, "键" * 43), (b"x" * 32, "\ud800" * 43),
    ],
)  # fmt: skip
def test_media_that_is_damaged_or_has_a_wrong_key_is_refused(content: bytes, key: str) -> None:
    with pytest.raises(Forged):
        decrypt_file(content, key)


@given(text=st.text(max_size=300), receiver=st.text("abcXYZ019_", max_size=32))
def test_a_second_implementation_opens_what_we_seal(text: str, receiver: str) -> None:
    ours, theirs = Envelope(TOKEN, KEY, receiver), WeChatCrypto(TOKEN, KEY, receiver)
    sealed = ours.seal(text.encode(), WHEN, NONCE)
    xml = f"<xml><Encrypt><![CDATA[{sealed.encrypted}]]></Encrypt></xml>"
    assert theirs.decrypt_message(xml, sealed.signature, WHEN, NONCE) == text
    with pytest.raises(InvalidSignatureException):
        theirs.decrypt_message(xml, sealed.signature, WHEN, NONCE + "x")


@given(text=st.text(max_size=300), receiver=st.text("abcXYZ019_", max_size=32))
def test_we_open_what_a_second_implementation_seals(text: str, receiver: str) -> None:
    ours, theirs = Envelope(TOKEN, KEY, receiver), WeChatCrypto(TOKEN, KEY, receiver)
    found = ElementTree.fromstring(theirs.encrypt_message(text, NONCE, WHEN))
    said = ours.open(
        signature=found.findtext("MsgSignature", ""), timestamp=WHEN, nonce=NONCE,
        encrypted=found.findtext("Encrypt", ""),
    )  # fmt: skip
    assert said == text.encode()


FIELDS = ("signature", "timestamp", "nonce", "encrypted")


@settings(max_examples=1_000)
@given(field=st.sampled_from(FIELDS), at=st.integers(0), to=st.characters())
def test_any_changed_character_is_forged(field: str, at: int, to: str) -> None:
    value: str = getattr(SEALED, field)
    at %= len(value)
    changed = value[:at] + to + value[at + 1 :]
    if changed == value:
        assert opened(OURS, SEALED, **{field: changed}) == "你好 hello".encode()
        return
    with pytest.raises(Forged):
        opened(OURS, SEALED, **{field: changed})


@settings(max_examples=500)
@given(field=st.sampled_from(FIELDS), to=st.text())
def test_any_other_value_is_forged(field: str, to: str) -> None:
    with pytest.raises(Forged):
        opened(OURS, SEALED, **{field: to + "!"})


@settings(max_examples=1_000)
@given(at=st.integers(0), bits=st.integers(1, 255))
def test_a_changed_byte_under_a_good_signature_never_crashes(at: int, bits: int) -> None:
    """Without a check of its own, CBC lets a byte be changed: then the text differs, or it is
    forged."""
    content = bytearray(b64decode(SEALED.encrypted))
    content[at % len(content)] ^= bits
    try:
        said = opened(OURS, signed(b64encode(bytes(content)).decode()))
    except Forged:
        return
    assert len(said) == len("你好 hello".encode())


@settings(max_examples=500)
@given(encrypted=st.one_of(st.text(), st.binary().map(lambda each: b64encode(each).decode())))
def test_a_body_of_anything_is_forged(encrypted: str) -> None:
    with pytest.raises(Forged):
        opened(OURS, signed(encrypted))


def other_last_bits(encrypted: str) -> str:
    """The same bytes: the bits that are changed say nothing."""
    body = encrypted.rstrip("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(body[-1]) ^ 1]
    return body[:-1] + last + "=" * (len(encrypted) - len(body))


@pytest.mark.parametrize(
    "spelled",
    [
        SEALED.encrypted[:64] + "\n" + SEALED.encrypted[64:],
        other_last_bits(SEALED.encrypted),
        SEALED.encrypted.rstrip("="),
    ],
)
def test_another_spelling_of_the_same_bytes_is_forged(spelled: str) -> None:
    with pytest.raises(Forged):
        opened(OURS, signed(spelled))


@pytest.mark.parametrize("receiver", ["", CORP + "x", CORP[:-1], "wx49f0ab532d5d035a"])
def test_what_is_meant_for_somebody_else_is_forged(receiver: str) -> None:
    sealed = Envelope(TOKEN, KEY, receiver).seal(b"hello", WHEN, NONCE)
    with pytest.raises(Forged, match="somebody else"):
        opened(OURS, sealed)


def test_another_key_is_forged_even_when_the_token_is_known() -> None:
    other = Envelope(TOKEN, KEY[::-1], CORP)
    sealed = other.seal(b"hello", WHEN, NONCE)
    with pytest.raises(Forged):
        opened(OURS, sealed)


@pytest.mark.parametrize("key", ["", "short", KEY + "A", "钥" * 43])
def test_a_key_of_another_length_is_none(key: str) -> None:
    with pytest.raises(Forged, match=r"32 bytes|base64"):
        Envelope(TOKEN, key, CORP)


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert OURS.seal(b"x", WHEN, NONCE).encrypted != OURS.seal(b"x", WHEN, NONCE).encrypted
