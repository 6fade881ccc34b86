package dev.wherry.apiserver.validation;

/** Rules of ControllerRevisions (apps validation). */
final class RevisionRules {
  private RevisionRules() {}

  static void revision(Field revision) {
    revision.child("revision").nonNegative();
    Field data = revision.child("data");
    if (!revision.errors().before().isMissingNode()) {
      return;
    }
    if (!data.present()) {
      data.require("data is mandatory");
    } else if (!data.node().isObject()) {
      data.errors().required(data.path(), "data must be a valid JSON object");
    }
  }

  static void revisionUpdate(Field revision, Field old) {
    KindRules.immutable(revision.child("data"), old.child("data"));
  }
}
