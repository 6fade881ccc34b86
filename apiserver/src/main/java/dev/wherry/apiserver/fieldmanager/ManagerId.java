package dev.wherry.apiserver.fieldmanager;

/**
 * What tells entries of managedFields apart.
 *
 * @param applied whether it owns by apply; else by create, update or patch
 * @param apiVersion "" for one who applies: the same whichever version it applies in
 * @param subresource "" for the object itself
 */
record ManagerId(String manager, boolean applied, String apiVersion, String subresource) {
  static final String APPLY = "Apply";
  static final String UPDATE = "Update";

  static ManagerId updating(String manager, String apiVersion, String subresource) {
    return new ManagerId(orUnknown(manager), false, apiVersion, subresource);
  }

  static ManagerId applying(String manager, String subresource) {
    return new ManagerId(orUnknown(manager), true, "", subresource);
  }

  private static String orUnknown(String manager) {
    return manager.isEmpty() ? "unknown" : manager;
  }

  /** As conflicts name it: {@code "kubectl" with subresource "status" using v1}. */
  String shown() {
    StringBuilder text = new StringBuilder();
    text.append('"').append(manager).append('"');
    if (!subresource.isEmpty()) {
      text.append(" with subresource \"").append(subresource).append('"');
    }
    if (!applied) {
      text.append(" using ").append(apiVersion);
    }
    return text.toString();
  }
}
