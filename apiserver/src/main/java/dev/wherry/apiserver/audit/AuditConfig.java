package dev.wherry.apiserver.audit;

import java.nio.file.Path;

/**
 * Where the audit log goes.
 *
 * @param policy an audit.k8s.io Policy
 * @param log "-" is the standard output
 * @param fileBytesMax a larger file is turned over
 * @param filesMax turned-over files that are kept; 0 for all
 */
public record AuditConfig(Path policy, Path log, long fileBytesMax, int filesMax) {
  /** Upstream's --audit-log-maxsize. */
  public static final int FILE_MEGABYTES = 100;

  /** Turned-over files unless told otherwise; upstream keeps all. */
  public static final int FILES = 10;
}
