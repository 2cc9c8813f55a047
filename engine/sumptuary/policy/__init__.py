"""Policy documents: from strict YAML to the compiled laws that the evaluation runs."""
