package dev.wherry.cli;

import dev.wherry.apiserver.ProtectionConfig;
import dev.wherry.apiserver.audit.AuditConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Flags of {@code server} that name Kubernetes' configuration files; the names are upstream's. */
final class ProtectionFlags {
  private static final long MEGABYTE = 1 << 20;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  @Option(
      names = "--authentication-config",
      description = "An AuthenticationConfiguration: OpenID Connect issuers, anonymous access.")
  private @Nullable Path authentication;

  @Option(
      names = "--authentication-token-webhook-config-file",
      description = "A kubeconfig of a server that knows bearer tokens, by TokenReview.")
  private @Nullable Path tokenWebhook;

  @Option(
      names = "--authorization-config",
      description = "An AuthorizationConfiguration: who is asked what callers may do, in order.")
  private @Nullable Path authorization;

  @Option(
      names = "--encryption-provider-config",
      description = "An EncryptionConfiguration: what is stored encrypted, by which keys.")
  private @Nullable Path encryption;

  @Option(
      names = "--encryption-provider-config-automatic-reload",
      arity = "0..1",
      fallbackValue = "true",
      description = "Whether --encryption-provider-config may change while the server runs.")
  private boolean encryptionReload;

  @Option(names = "--audit-policy-file", description = "An audit Policy: what is logged of what.")
  private @Nullable Path auditPolicy;

  @Option(
      names = "--audit-log-path",
      description = "Where the audit log is written; - is the standard output.")
  private @Nullable Path auditLog;

  @Option(
      names = "--audit-log-maxsize",
      description =
          "Megabytes of the audit log before it is turned over (default: ${DEFAULT-VALUE}).",
      defaultValue = "" + AuditConfig.FILE_MEGABYTES)
  private int auditMegabytes = AuditConfig.FILE_MEGABYTES;

  @Option(
      names = "--audit-log-maxbackup",
      description = "Turned-over audit logs that are kept, 0 for all (default: ${DEFAULT-VALUE}).",
      defaultValue = "" + AuditConfig.FILES)
  private int auditFiles = AuditConfig.FILES;

  ProtectionConfig config() {
    return new ProtectionConfig(
        Optional.ofNullable(authentication),
        Optional.ofNullable(tokenWebhook),
        Optional.ofNullable(authorization),
        audit(),
        Optional.ofNullable(encryption),
        encryptionReload,
        ProtectionConfig.LOOK_EVERY);
  }

  private Optional<AuditConfig> audit() {
    Path policy = auditPolicy;
    Path log = auditLog;
    if ((policy == null) != (log == null) || auditMegabytes < 1 || auditFiles < 0) {
      String why = "--audit-policy-file and --audit-log-path belong together; sizes are positive";
      if (command == null) {
        throw new IllegalArgumentException(why);
      }
      throw new ParameterException(command.commandLine(), why);
    }
    return policy == null || log == null
        ? Optional.empty()
        : Optional.of(new AuditConfig(policy, log, auditMegabytes * MEGABYTE, auditFiles));
  }

  /** The flags again, for a process of its own, which may stand in another folder. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    add(arguments, "--authentication-config", authentication);
    add(arguments, "--authentication-token-webhook-config-file", tokenWebhook);
    add(arguments, "--authorization-config", authorization);
    add(arguments, "--encryption-provider-config", encryption);
    if (encryptionReload) {
      arguments.add("--encryption-provider-config-automatic-reload=true");
    }
    add(arguments, "--audit-policy-file", auditPolicy);
    if (auditLog != null && auditLog.toString().equals("-")) {
      arguments.add("--audit-log-path=-");
    } else {
      add(arguments, "--audit-log-path", auditLog);
    }
    if (auditLog != null) {
      arguments.add("--audit-log-maxsize=" + auditMegabytes);
      arguments.add("--audit-log-maxbackup=" + auditFiles);
    }
    return arguments;
  }

  private static void add(List<String> arguments, String flag, @Nullable Path path) {
    if (path != null) {
      arguments.add(flag + "=" + path.toAbsolutePath().normalize());
    }
  }
}
