package dev.wherry.apiserver.authn;

import java.util.Set;

/**
 * Where callers without credentials are let through to the authoriser.
 *
 * @param everywhere whether on every path
 * @param paths else on these
 */
public record AnonymousAccess(boolean everywhere, Set<String> paths) {
  /** An agent reads it before it can know whom to show credentials. */
  private static final String AUTHORITY_PATH = "/wherry/v1/ca";

  /** Unless configured otherwise: health, version, and the cluster's authority. */
  public static final AnonymousAccess DEFAULT =
      new AnonymousAccess(
          false, Set.of("/healthz", "/livez", "/readyz", "/version", "/version/", AUTHORITY_PATH));

  public static final AnonymousAccess EVERYWHERE = new AnonymousAccess(true, Set.of());
  public static final AnonymousAccess NOWHERE = new AnonymousAccess(false, Set.of());

  /** Copies the paths. */
  public AnonymousAccess {
    paths = Set.copyOf(paths);
  }

  boolean allows(String path) {
    return everywhere || paths.contains(path) || path.equals(AUTHORITY_PATH);
  }
}
