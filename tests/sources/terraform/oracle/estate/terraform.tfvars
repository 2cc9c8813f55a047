pool   = { name = "gpu" }
chosen = ["one", 2, true]
