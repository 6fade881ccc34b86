package dev.wherry.apiserver.secrets;

/** A key of an EncryptionConfiguration, or where one is kept. */
sealed interface Provider permits SealingKey, KmsConfig {}
