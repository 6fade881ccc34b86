package dev.wherry.machinery.informer;

/**
 * Which objects of a kind an informer holds.
 *
 * @param namespace "" for all
 * @param labelSelector "" for all
 * @param fieldSelector "" for all
 */
public record Scope(String namespace, String labelSelector, String fieldSelector) {
  public static final Scope ALL = new Scope("", "", "");

  public static Scope ofNamespace(String namespace) {
    return new Scope(namespace, "", "");
  }

  public static Scope ofFields(String fieldSelector) {
    return new Scope("", "", fieldSelector);
  }
}
