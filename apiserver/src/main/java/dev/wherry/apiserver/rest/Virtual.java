package dev.wherry.apiserver.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.SecurityRealm;
import dev.wherry.apiserver.admission.AdmissionRequest;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.registry.WriteRequest;
import dev.wherry.apiserver.token.SelfReviews;
import java.time.InstantSource;
import java.util.Optional;

/** Resources that are questions: reviews and tokens. */
final class Virtual {
  private final SecurityRealm realm;
  private final InstantSource clock;

  Virtual(SecurityRealm realm, InstantSource clock) {
    this.realm = realm;
    this.clock = clock;
  }

  /** The answer, or empty for a kind that is stored. */
  Optional<ObjectNode> create(UserInfo user, WriteRequest request, ObjectNode body) {
    return switch (request.kind().kind()) {
      case "TokenReview" -> Optional.of(realm.tokenReviews().create(body));
      case "SelfSubjectReview" -> Optional.of(SelfReviews.create(user, body, clock.instant()));
      case "SubjectAccessReview" -> Optional.of(realm.accessReviews().subject(body));
      case "LocalSubjectAccessReview" ->
          Optional.of(realm.accessReviews().local(request.namespace(), body));
      case "SelfSubjectAccessReview" -> Optional.of(realm.accessReviews().self(user, body));
      case "SelfSubjectRulesReview" -> Optional.of(realm.accessReviews().selfRules(user, body));
      default -> Optional.empty();
    };
  }

  /** A token; NodeRestriction must see the request, or a kubelet could ask for any account's. */
  ObjectNode token(WriteRequest request, ObjectNode body) {
    AdmissionRequest admission =
        request.admission(AdmissionRequest.Operation.CREATE, Optional.of(body), Optional.empty());
    realm.admission().mutate(admission);
    realm.admission().validate(admission);
    return realm.tokenRequests().create(request.namespace(), request.name(), body);
  }
}
