package dev.wherry.kubelet.device;

import java.util.regex.Pattern;

/** Which names a plugin's resource may have (rule: upstream's IsExtendedResourceName). Pure. */
public final class ResourceNames {
  private static final Pattern DOMAIN =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
  private static final String NATIVE = "kubernetes.io";
  private static final String QUOTA_PREFIX = "requests.";
  private static final int DOMAIN_CHARS_MAX = 253;
  private static final int NAME_CHARS_MAX = 63;

  private ResourceNames() {}

  /** Whether it is a resource of somebody's, such as {@code example.com/gpu}. */
  public static boolean extended(String resource) {
    int slash = resource.indexOf('/');
    if (slash < 0 || resource.startsWith(QUOTA_PREFIX)) {
      return false;
    }
    String domain = resource.substring(0, slash);
    String name = resource.substring(slash + 1);
    return !domain.equals(NATIVE)
        && !domain.endsWith("." + NATIVE)
        && QUOTA_PREFIX.length() + domain.length() <= DOMAIN_CHARS_MAX
        && name.length() <= NAME_CHARS_MAX
        && DOMAIN.matcher(domain).matches()
        && NAME.matcher(name).matches();
  }
}
