use aws_sdk_bedrockruntime as _;
