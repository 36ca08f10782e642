"""Every address of a page. What each shows and to whom is declared by its view (fullcircle/web/policy.py)."""

from django.urls import URLPattern, URLResolver, include, path

from fullcircle.web import cases, entry, needs, today

_workspace: list[URLPattern | URLResolver] = [
    path("", today.today, name="today"),
    path("cases/<int:case_id>/", cases.case_page, name="case"),
    path("needs/", needs.needs_page, name="needs"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", entry.front, name="front"),
    path("open/<str:token>/", entry.open_once, name="open"),
    path("sign-out/", entry.sign_out, name="sign_out"),
    path("w/<slug:workspace>/", include(_workspace)),
]

handler404 = "fullcircle.web.entry.not_found"
