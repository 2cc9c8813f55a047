chosen = ["auto", "files", "win"]
