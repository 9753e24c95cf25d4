"""The demonstration's accounts: an administrator, an editor and a moderator."""

from django.contrib.auth.models import Group, User

ADMIN = "admin"
EDITOR = "editor"
MODERATOR = "moderator"


def has_admin() -> bool:
    return User.objects.filter(username=ADMIN).exists()


def ensure_admin(*, password: str, replace_password: bool = False) -> bool:
    """Make the superuser ``admin`` with a password and return True; return False if that name is taken.

    ``replace_password`` gives the password to an existing superuser of that name; nobody else's is touched.
    """
    existing = User.objects.filter(username=ADMIN).first()
    if existing is None:
        User.objects.create_superuser(username=ADMIN, email="admin@standfirst.example", password=password)
        return True
    # Setting the same password again would end the sessions that are open.
    if replace_password and existing.is_superuser and not existing.check_password(password):
        existing.set_password(password)
        existing.save(update_fields=["password"])
    return False


def ensure_staff() -> dict[str, User]:
    """Return the editor's and the moderator's accounts by name, made if they are missing.

    Nobody can log in to a new one until an administrator gives it a password.
    """
    return {
        EDITOR: _ensure_member(EDITOR, group="Editors", first_name="Orla", last_name="Fennimore"),
        MODERATOR: _ensure_member(MODERATOR, group="Moderators", first_name="Pip", last_name="Larkspur"),
    }


def _ensure_member(username: str, *, group: str, first_name: str, last_name: str) -> User:
    existing = User.objects.filter(username=username).first()
    if existing is not None:
        return existing
    user = User.objects.create_user(
        username=username,
        email=f"{username}@standfirst.example",
        first_name=first_name,
        last_name=last_name,
    )
    user.groups.add(Group.objects.get_or_create(name=group)[0])
    return user
