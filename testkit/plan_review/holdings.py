"""Which resources hold what no second apply brings back, and what it is. A new type is one line."""

HOLDINGS = {
    "aws_cloudwatch_log_group": "the logs it has kept",
    "aws_db_instance": "the database",
    "aws_dynamodb_table": "the table's items",
    "aws_ebs_volume": "the volume's blocks",
    "aws_ecr_repository": "the images that can be rolled back to",
    "aws_efs_file_system": "the files",
    "aws_eip": "the public address that others may have on their allow-lists",
    "aws_eks_cluster": "the cluster: its objects, secrets, certificates and address",
    "aws_elasticache_cluster": "what is in the cache",
    "aws_elasticache_replication_group": "what is in the cache",
    "aws_kms_key": "all that was encrypted with it, for ever",
    "aws_msk_cluster": "the messages",
    "aws_opensearch_domain": "the index",
    "aws_rds_cluster": "the database",
    "aws_route53_zone": "the zone's records, and its name servers",
    "aws_s3_bucket": "the objects",
    "aws_secretsmanager_secret": "the secret and its versions",
    "aws_sqs_queue": "the messages",
    "aws_vpc": "the network that everything lives in",
}
