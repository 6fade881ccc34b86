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
 */
record KindRules(Function<String, List<String>> name, ObjectRule object, UpdateRule update) {
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
  static final KindRules NONE = new KindRules(NameRules::subdomain, ANY, FREE);

  static KindRules of(ObjectRule object) {
    return new KindRules(NameRules::subdomain, object, FREE);
  }

  static KindRules of(ObjectRule object, UpdateRule update) {
    return new KindRules(NameRules::subdomain, object, update);
  }

  static KindRules named(
      Function<String, List<String>> name, ObjectRule object, UpdateRule update) {
    return new KindRules(name, object, update);
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
