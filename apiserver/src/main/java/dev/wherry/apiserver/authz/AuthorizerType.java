package dev.wherry.apiserver.authz;

/** Who may be asked, by upstream's names (kubeapiserver/authorizer/modes). ABAC is not served. */
public enum AuthorizerType {
  ALWAYS_ALLOW("AlwaysAllow"),
  ALWAYS_DENY("AlwaysDeny"),
  NODE("Node"),
  RBAC("RBAC"),
  WEBHOOK("Webhook");

  private final String text;

  AuthorizerType(String text) {
    this.text = text;
  }

  /** The name in configuration files. */
  public String text() {
    return text;
  }
}
