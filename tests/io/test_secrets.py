"""Secrets in text are masked; everything else stays."""

import time

import pytest

from lstnet_search.io.secrets import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("s3://AKIA:s3cr3t@bucket/runs", "s3://***@bucket/runs"),
        ("connect to http://me:pw@host:5000/ failed", "connect to http://***@host:5000/ failed"),
        ("s3://bucket/x?secret_key=abc&region=eu", "s3://bucket/x?secret_key=***&region=eu"),
        ("AWS_SECRET_ACCESS_KEY=abc python run_search.py", "AWS_SECRET_ACCESS_KEY=*** python run_search.py"),
        ("{'api_key': 'abc'}", "{'api_key': '***'}"),
        ("password: hunter2, try again", "password: ***, try again"),
        ("s3://AKIA:wJa/K7?M#D@bucket/runs", "s3://***@bucket/runs"),
        ("http://me:p@ss@host:5000/x,", "http://***@host:5000/x,"),
        ("https://host/x?sig=abc%3D&se=2027", "https://host/x?sig=***&se=2027"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("http://host/v1/token: Bearer abc.def", "http://host/v1/token: Bearer ***"),
        ("{'/v1/token': 'abc'}", "{'/v1/token': '***'}"),
        # Texts without secrets stay as they are.
        (
            "cannot write to /me/.ray/auth_token: [Errno 30] Read-only",
            "cannot write to /me/.ray/auth_token: [Errno 30] Read-only",
        ),
        ("cannot write to '/me/.ray/auth_token': Read-only", "cannot write to '/me/.ray/auth_token': Read-only"),
        ("auth_token: [Errno 30] Read-only", "auth_token: [Errno 30] Read-only"),
        ("signs=3, design: flat", "signs=3, design: flat"),
        ("log in with the token in ~/.ray/auth_token", "log in with the token in ~/.ray/auth_token"),
        ("s3://bucket/runs, mail me@host", "s3://bucket/runs, mail me@host"),
        ("target_accuracy=0.93 at 127.0.0.1:8265", "target_accuracy=0.93 at 127.0.0.1:8265"),
    ],
)
def test_secrets_and_nothing_else_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown


@pytest.mark.parametrize("part", ["token", "a", "a://", "token ", "=token", "a://@", "key='", "token' ", "/token: "])
def test_the_time_grows_with_the_length_of_the_text_and_no_faster(part: str) -> None:
    begun = time.process_time()
    masked(part * 100_000)
    assert time.process_time() - begun < 10  # it would be minutes to hours if characters were tried more than once


def test_values_of_secret_variables_are_masked_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0123456789abcdef")
    monkeypatch.setenv("WANDB_API_KEY", "0123456789abcdef-and-more")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")
    monkeypatch.setenv("RAY_AUTH_TOKEN_PATH", "/home/me/.ray/auth_token")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    text = "0123456789abcdef-and-more 0123456789abcdef (wJalrXUtnFEMI/K7MDENG) /home/me/.ray/auth_token true"
    assert masked(text) == "*** *** (***) /home/me/.ray/auth_token true"
