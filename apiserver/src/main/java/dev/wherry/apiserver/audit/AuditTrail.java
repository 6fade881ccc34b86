package dev.wherry.apiserver.audit;

import dev.wherry.apiserver.authn.UserInfo;

/** What the audit log tells of one request. */
public interface AuditTrail {
  /** Nothing. */
  AuditTrail NONE = new AuditTrail() {};

  /** The request is there. */
  default void received() {}

  /** The caller goes on as somebody else. */
  default void impersonated(UserInfo user) {}

  /** The authoriser's word. */
  default void judged(boolean allowed) {}

  /** An answer has begun that goes on. */
  default void started() {}

  /** The answer is complete. */
  default void complete() {}

  /** The server failed. */
  default void failed() {}
}
