package dev.wherry.apiserver.rest;

import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.authz.AccessRequest;
import dev.wherry.apiserver.authz.Authorizer;
import dev.wherry.apiserver.request.RequestInfo;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.util.List;

/** Lets requests through that the authoriser allows, from HTTP and from inside the process. */
record Gate(Authorizer authorizer) {
  /**
   * @throws ApiException 403 in upstream's words, or 500 when nobody could judge
   */
  void admit(UserInfo user, RequestInfo asked) {
    AccessRequest question =
        asked.resourceRequest()
            ? new AccessRequest(
                user,
                asked.verb(),
                true,
                asked.group(),
                asked.version(),
                asked.resource(),
                asked.subresource(),
                asked.namespace(),
                asked.name(),
                "",
                asked.selectors())
            : AccessRequest.path(user, asked.verb(), asked.path());
    switch (authorizer.authorize(question)) {
      case Authorizer.Verdict.Allowed _ -> {}
      case Authorizer.Verdict.NoOpinion(String why, String error) ->
          throw refused(question, why, error);
      case Authorizer.Verdict.Denied(String why, String error) ->
          throw refused(question, why, error);
    }
  }

  private static ApiException refused(AccessRequest question, String why, String error) {
    return error.isEmpty() ? forbidden(question, why) : ApiException.internal(error);
  }

  private static ApiException forbidden(AccessRequest q, String why) {
    String tail = why.isEmpty() ? "" : ": " + why;
    String who = "forbidden: User \"" + q.user().name() + "\" cannot " + q.verb();
    if (!q.resourceRequest()) {
      return new ApiException(Reason.FORBIDDEN, who + " path \"" + q.path() + "\"" + tail);
    }
    String resource = q.group().isEmpty() ? q.resource() : q.resource() + "." + q.group();
    String what = q.name().isEmpty() ? resource : resource + " \"" + q.name() + "\"";
    String scope =
        q.namespace().isEmpty()
            ? " at the cluster scope"
            : " in the namespace \"" + q.namespace() + "\"";
    String message =
        what
            + " is "
            + who
            + " resource \""
            + q.combinedResource()
            + "\" in API group \""
            + q.group()
            + "\""
            + scope
            + tail;
    return new ApiException(
        Reason.FORBIDDEN,
        message,
        new ApiException.Details(q.group(), q.resource(), q.name(), "", 0, List.of()));
  }
}
