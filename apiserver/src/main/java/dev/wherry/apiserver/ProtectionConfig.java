package dev.wherry.apiserver;

import dev.wherry.apiserver.audit.AuditConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files in Kubernetes' own forms that say who gets in, what is written down and how things are
 * kept.
 *
 * @param authentication an AuthenticationConfiguration
 * @param audit where the audit log goes
 * @param encryption an EncryptionConfiguration
 */
public record ProtectionConfig(
    Optional<Path> authentication, Optional<AuditConfig> audit, Optional<Path> encryption) {
  /** No files. */
  public static final ProtectionConfig NONE =
      new ProtectionConfig(Optional.empty(), Optional.empty(), Optional.empty());
}
