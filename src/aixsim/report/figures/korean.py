"""Korean texts of figures. What has no translation, such as names of a config, stays as it is."""

from __future__ import annotations

import re
from typing import Final

_MONTHS: Final = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]

_SENTENCES: Final = (
    # kinds
    (r"^Launched and operating AI factories over time, with goals and observed counts", "착수·가동 AI 팩토리 수의 추이와 목표, 실적"),
    (r"^Budget and spending by programme and year", "사업별·연도별 예산과 지출"),
    (r"^Probability of each goal over time", "목표별 달성 확률의 추이"),
    # titles
    (
        r"Probability of ([\d,]+) AI factories by (.+?): launched (.+), operating (.+)",
        r"\2까지 AI 팩토리 \1개에 이를 확률: 착수 \3, 가동 \4",
    ),
    (r"Probability of ([\d,]+) launched AI factories by (.+?): ", r"\2까지 AI 팩토리 \1개가 착수될 확률: "),
    (r"Probability of ([\d,]+) operating AI factories by (.+?): ", r"\2까지 AI 팩토리 \1개가 가동될 확률: "),
    (r"; of ([\d,]+) by (.+?): ", r"; \2까지 \1개: "),
    (r"Adoption from (.+) to (.+)", r"\1부터 \2까지의 도입"),
    (r"KRW ([\d,.]+) bn of public money spent from (\d+) to (\d+)", r"\2~\3년 공공 지출 \1십억 원"),
    (r"; KRW ([\d,.]+) bn planned for the years to (\d+) comes later", r"; \2년까지 계획된 \1십억 원은 뒤늦게 집행"),
    (r"; KRW ([\d,.]+) bn or (\d+ %) of the planned budgets never comes", r"; 계획 예산 가운데 \1십억 원(\2)은 끝내 집행되지 않음"),
    (r"an even chance by ([^,]+), (.+) by (.+)", r"\1까지 확률 50 %, \3까지 \2"),
    (r"less than an even chance by (.+)", r"\1까지 확률 50 % 미만"),
    # explanations
    (
        r"AI factories at the end of each month(.*?): median, at the end with its 90 % range\.",
        r"월말 AI 팩토리 수\1: 중앙값, 끝에는 90 % 범위.",
    ),
    (r"Firms at the end of each month(.*?): median, at the end with its 90 % range\.", r"월말 기업 수\1: 중앙값, 끝에는 90 % 범위."),
    (
        r"Triangle: how many projects the budgets would pay for at their grants, as a spreadsheet computes it\.",
        "삼각형: 예산을 과제당 지원금으로 나눈 과제 수(스프레드시트 방식).",
    ),
    (
        r"Means by programme and year(.*?); KRW bn in the table\. Own money of firms is not included\.",
        r"사업별·연도별 평균\1; 표의 단위는 십억 원. 기업 자체 자금은 제외.",
    ),
    (r"Probability that the count is at or above the goal at the end of the month\.", "월말에 목표 이상일 확률."),
    (r"scaled to the nation", "전국으로 환산"),
    # captions
    (r"Bands: central 50 % and 90 % of replicates, each month on its own", "띠: 반복 실험의 중앙 50 %와 90 %, 월별"),
    (r"Thin lines: central 90 % of replicates, total spent", "가는 선: 총지출의 중앙 90 %"),
    (
        r"Brackets and bands: ([\d.]+ %) intervals of the simulation, each month on its own; model error is not included",
        r"괄호와 띠: 모의실험의 \1 구간, 월별; 모형 오차는 제외",
    ),
    (r"Source: aixsim simulation of (\S+)", r"자료: aixsim 모의실험, \1"),
    (r"which is (\S+) with", r"\1 기준 변경:"),
    (r"n = ([\d,]+) replicates", r"반복 n = \1"),
    (r"([\d,]+) failed", r"실패 \1"),
    (r"sample of ([\d.]+ %) of firms", r"기업 \1 표본"),
    (r"\brun (?=[0-9a-f]{12})", "실행 "),
    # labels
    (r"budget over grant ([\d,]+)", r"예산÷지원금 \1"),
    (r"\(([\d,]+) to ([\d,]+)\)", r"(\1~\2)"),
    (r"\(at most (.+?)\)", r"(최대 \1)"),
    (r"\(at least (.+?)\)", r"(최소 \1)"),
    (r"\bgoal ([\d,]+)", r"목표 \1"),
    (r"\bobserved ([\d,]+)", r"실적 \1"),
    (r"\b([\d,]+) launched\b", r"착수 \1"),
    (r"\b([\d,]+) operating\b", r"가동 \1"),
    (r"\blaunched\b", "착수"),
    (r"\boperating\b", "가동"),
    (r"^given$", "실적 반영"),
    (r"^simulated$", "모의실험"),
    (r"^even chance$", "확률 50 %"),
    (r"^AI factories$", "AI 팩토리(개)"),
    (r"^firms$", "기업(개)"),
    (r"^KRW bn a year$", "연간 십억 원"),
    (r"^planned budget$", "계획 예산"),
    (r"^delivered budget$", "교부 예산"),
    (r"^\nplanned\ndelivered\nspent$", "\n계획\n교부\n지출"),
)


def korean(text: str) -> str:
    """Returns a text of a figure in Korean."""
    for number, month in enumerate(_MONTHS, start=1):
        text = re.sub(rf"\b{month} (\d{{4}})", rf"\1년 {number}월", text)
    for pattern, words in _SENTENCES:
        text = re.sub(pattern, words, text)
    return text
