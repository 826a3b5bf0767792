package main

import (
	"database/sql"
	"log"
	"os"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3"
)

// Config says where the databases are.
type Config struct {
	Path    string
	DataDir string
}

func defaults() Config {
	return Config{Path: "data/jarvis.db", DataDir: "data"}
}

func (c Config) tax() (*sql.DB, error) {
	return sql.Open("sqlite3", filepath.Join(c.DataDir, "tax.db"))
}

func getEnv(key, fallback string) string {
	if value := os.Getenv(key); value != "" {
		return value
	}
	return fallback
}

func main() {
	db, err := sql.Open("sqlite3", "data/jarvis.db")
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(`
		SELECT id
		FROM notifications
	`)
	log.Println(rows, err, getEnv("TAX_DB", "data/tax.db"), filepath.Join("data", "tax.db"))
}
