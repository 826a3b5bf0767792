#!/bin/sh
sqlite3 "${DATA:-data}/core.db" "SELECT 1"
cp data/core.db backup/
