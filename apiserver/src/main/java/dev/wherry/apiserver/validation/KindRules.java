package dev.wherry.apiserver.validation;

import dev.wherry.apiserver.structural.NameRules;
import java.util.List;
import java.util.function.Function;

/**
 * The rules of one kind.
 *
 * @param name form of its names
 * @param object rules of any version of an object, its metadata apart
 * @param update rules of a change, given the new and the old object
 * @param status rules of a change of the status, given the new and the old object
 * @param anew whether a changed object is held to the rules of a new one too
 */
record KindRules(
    Function<String, List<String>> name,
    ObjectRule object,
    UpdateRule update,
    UpdateRule status,
    boolean anew) {
  /** Checks an object. */
  @FunctionalInterface
  interface ObjectRule {
    void check(Field object);
  }

  /** Checks a change; the first field collects the mistakes. */
  @FunctionalInterface
  interface UpdateRule {
    void check(Field object, Field old);
  }

  static final ObjectRule ANY = object -> {};
  static final UpdateRule FREE = (object, old) -> {};
  static final KindRules NONE = of(ANY);

  static KindRules of(ObjectRule object) {
    return of(object, FREE);
  }

  static KindRules of(ObjectRule object, UpdateRule update) {
    return named(NameRules::subdomain, object, update);
  }

  static KindRules named(
      Function<String, List<String>> name, ObjectRule object, UpdateRule update) {
    return new KindRules(name, object, update, FREE, true);
  }

  /** The same with rules of changes of the status. */
  KindRules withStatus(UpdateRule rule) {
    return new KindRules(name, object, update, rule, anew);
  }

  /** The same where a change is held to the rules of changes only. */
  KindRules onlyChanges() {
    return new KindRules(name, object, update, status, false);
  }

  static void immutable(Field field, Field old) {
    immutable(field, old, "field is immutable");
  }

  static void immutable(Field field, Field old, String detail) {
    boolean absent = !field.present() && !old.present();
    if (!absent && !field.node().equals(old.node())) {
      field.invalid(detail);
    }
  }
}
