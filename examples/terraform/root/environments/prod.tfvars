environment           = "prod"
region                = "eu-central-1"
account_id            = "210987654321"
worker_count          = 24
worker_instance_type  = "r5.4xlarge"
coordinator_count     = 3
external_access_cidrs = ["10.0.0.0/8"]
