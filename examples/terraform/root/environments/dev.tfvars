environment  = "dev"
region       = "eu-central-1"
account_id   = "123456789012"
worker_count = 3
protect      = false
