package dev.wherry.cli.kubeconfig;

/** The three lists of named entries in a kubeconfig. */
public enum Section {
  CLUSTERS("clusters", "cluster"),
  CONTEXTS("contexts", "context"),
  USERS("users", "user");

  private final String list;
  private final String body;

  Section(String list, String body) {
    this.list = list;
    this.body = body;
  }

  /** The list's field in the file. */
  public String list() {
    return list;
  }

  /** The field of an entry that stands beside its name. */
  public String body() {
    return body;
  }
}
