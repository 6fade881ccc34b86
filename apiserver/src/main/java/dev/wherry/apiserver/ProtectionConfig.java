package dev.wherry.apiserver;

import dev.wherry.apiserver.audit.AuditConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Files in Kubernetes' own forms that say who gets in, what is written down and how things are
 * kept.
 *
 * @param authentication an AuthenticationConfiguration
 * @param tokenWebhook a kubeconfig of a server that knows bearer tokens
 * @param authorization an AuthorizationConfiguration
 * @param audit where the audit log goes
 * @param encryption an EncryptionConfiguration
 * @param encryptionReload whether it may change while the server runs
 * @param lookEvery how often files that may change are looked at
 */
public record ProtectionConfig(
    Optional<Path> authentication,
    Optional<Path> tokenWebhook,
    Optional<Path> authorization,
    Optional<AuditConfig> audit,
    Optional<Path> encryption,
    boolean encryptionReload,
    Duration lookEvery) {
  /** Upstream looks every minute, or is told by the file system. */
  public static final Duration LOOK_EVERY = Duration.ofSeconds(10);

  /** No files. */
  public static final ProtectionConfig NONE =
      new ProtectionConfig(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false,
          LOOK_EVERY);

  /** The same with an AuthenticationConfiguration. */
  public ProtectionConfig withAuthentication(Path file) {
    return new ProtectionConfig(
        Optional.of(file),
        tokenWebhook,
        authorization,
        audit,
        encryption,
        encryptionReload,
        lookEvery);
  }

  /** The same with a server that knows bearer tokens. */
  public ProtectionConfig withTokenWebhook(Path file) {
    return new ProtectionConfig(
        authentication,
        Optional.of(file),
        authorization,
        audit,
        encryption,
        encryptionReload,
        lookEvery);
  }

  /** The same with an AuthorizationConfiguration. */
  public ProtectionConfig withAuthorization(Path file) {
    return new ProtectionConfig(
        authentication,
        tokenWebhook,
        Optional.of(file),
        audit,
        encryption,
        encryptionReload,
        lookEvery);
  }

  /** The same with an audit log. */
  public ProtectionConfig withAudit(AuditConfig where) {
    return new ProtectionConfig(
        authentication,
        tokenWebhook,
        authorization,
        Optional.of(where),
        encryption,
        encryptionReload,
        lookEvery);
  }

  /** The same with an EncryptionConfiguration. */
  public ProtectionConfig withEncryption(Path file) {
    return new ProtectionConfig(
        authentication,
        tokenWebhook,
        authorization,
        audit,
        Optional.of(file),
        encryptionReload,
        lookEvery);
  }

  /** The same with files that may change while the server runs. */
  public ProtectionConfig withReload(Duration every) {
    return new ProtectionConfig(
        authentication, tokenWebhook, authorization, audit, encryption, true, every);
  }
}
