/**
 * Encryption of chosen values before they reach the store, with keys outside the database
 * directory: the server's own, those of an EncryptionConfiguration, those that a KMS plugin keeps.
 * Any thread; one follows the file, one each plugin, one writes values again. The registry imports
 * it.
 */
@NullMarked
package dev.wherry.apiserver.secrets;

import org.jspecify.annotations.NullMarked;
