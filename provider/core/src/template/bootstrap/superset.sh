# The role superset: Apache Superset with its own database on the stack's volume.

readonly SUPERSET=$HOME_DIR/superset

# From PyPI it is what its release got on its first day: PyPI has no list of versions that were tested together. A mirror
# has all of it in one archive of wheels.
install_superset() {
  local pip=$SUPERSET/bin/pip
  local -a wants=(apache-superset==6.1.0 'trino[sqlalchemy]==0.337.0' rich cachetools)
  [[ ! -e $SUPERSET/.package ]] || return 0
  python3.11 -m venv --clear "$SUPERSET"
  if [[ -n ${CONF[mirror]} ]]; then
    fetch superset-6.1.0-wheels.tar /tmp/wheels.tar
    mkdir -p /tmp/wheels
    tar -xf /tmp/wheels.tar -C /tmp/wheels || unread superset-6.1.0-wheels.tar /tmp/wheels
    "$pip" install -q --no-index --find-links /tmp/wheels "${wants[@]}"
    rm -r /tmp/wheels*
  else
    "$pip" install -q uv==0.13.9 &&
      VIRTUAL_ENV=$SUPERSET retry 3 15 "$SUPERSET/bin/uv" pip install -q --exclude-newer 2026-05-14 "${wants[@]}"
  fi || fail 'the packages of Superset cannot be installed'
  touch "$SUPERSET/.package"
}

# Its own key stays on the volume. The password of its user admin is the stack's, and never an argument.
configure_superset() {
  local uri
  uri=trino://superset@$(client_address "$(slots_of Coordinators)"):${CONF[port]}
  [[ ${CONF[metastore]} == none ]] || uri+=/hive
  mkdir -p "$DATA"
  [[ -s $DATA/key ]] || (umask 077 && head -c 42 /dev/urandom | base64 >"$DATA/key")
  chown -R superset "$DATA"
  cat >"$SUPERSET/config.py" <<PYTHON
SECRET_KEY = open('$DATA/key').read().strip()
SQLALCHEMY_DATABASE_URI = 'sqlite:///$DATA/superset.db?check_same_thread=false'
PYTHON
  cat >"$SUPERSET/admin.py" <<'PYTHON'
import sys
from superset.app import create_app
with create_app().app_context():
    from superset import db, security_manager as users
    from superset.models.core import Database
    password = sys.stdin.read().rstrip('\n')
    admin = users.find_user('admin')
    if admin:
        users.reset_password(admin.id, password)
    else:
        users.add_user('admin', 'Admin', 'Admin', 'admin@localhost', users.find_role('Admin'), password)
    presto = db.session.query(Database).filter_by(database_name='Presto').first() or Database(database_name='Presto')
    presto.set_sqlalchemy_uri(sys.argv[1])
    db.session.add(presto)
    db.session.commit()
PYTHON
  { as_superset superset db upgrade && as_superset superset init &&
    secret "${CONF[password_secret]}" | as_superset python "$SUPERSET/admin.py" "$uri"; } ||
    fail 'the database of Superset cannot be prepared'
}

# What it says while it begins is for nobody, unless it fails.
as_superset() {
  local program=$1
  shift
  runuser -u superset -- env "SUPERSET_CONFIG_PATH=$SUPERSET/config.py" HOME="$DATA" "$SUPERSET/bin/$program" "$@" \
    2>"$HOME_DIR/superset.log" || { tail -n 20 "$HOME_DIR/superset.log" && return 1; }
}

superset_answers() { curl -sf -m 5 http://127.0.0.1:8088/health | grep -q OK; }

boot_superset() {
  boot_slotted
  step 'installing packages'
  packages python3.11
  id superset >/dev/null 2>&1 || useradd --system --home-dir "$DATA" superset
  install_superset
  step 'preparing Superset'
  configure_superset
  step 'starting Superset'
  service superset superset "$SUPERSET/bin/gunicorn -k gthread -w 2 --threads 16 -t 120 -b 0.0.0.0:8088 superset.app:create_app()" \
    "SUPERSET_CONFIG_PATH=$SUPERSET/config.py"
  retry 60 3 superset_answers || fail 'Superset does not answer'
}
