"""The app's addresses for readers. Mount them anywhere, with ``include``."""

from django.urls import path

from . import views

app_name = "standfirst_comments"
urlpatterns = [
    path("post/", views.post_comment, name="post"),
    path("form/", views.show_form, name="form"),
    path("received/<int:page_id>/", views.show_received, name="received"),
    path("author/", views.show_remembered_author, name="author"),
    path("page/<int:page_id>/", views.show_comments, name="list"),
    path("comment/<uuid:uid>/", views.go_to_comment, name="comment"),
]
