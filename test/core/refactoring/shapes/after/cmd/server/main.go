package main

import (
	"database/sql"
	"log"
	"os"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3"

	"example.com/trader/internal/databases"
)

// Config says where the databases are.
type Config struct {
	Path    string
	DataDir string
}

func defaults() Config {
	return Config{Path: databases.Path("core"), DataDir: "data"}
}

func (c Config) tax() (*sql.DB, error) {
	return sql.Open("sqlite3", filepath.Join(c.DataDir, "core.db"))
}

func getEnv(key, fallback string) string {
	if value := os.Getenv(key); value != "" {
		return value
	}
	return fallback
}

func main() {
	db, err := databases.Open("core")
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(`
		SELECT id
		FROM notification_user
	`)
	log.Println(rows, err, getEnv("TAX_DB", databases.Path("core")), databases.Path("core"))
}
