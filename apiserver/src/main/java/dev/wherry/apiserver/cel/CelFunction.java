package dev.wherry.apiserver.cel;

import dev.cel.bundle.CelBuilder;
import dev.cel.common.CelFunctionDecl;
import dev.cel.common.CelOverloadDecl;
import dev.cel.common.types.CelType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelFunctionBinding;
import java.util.ArrayList;
import java.util.List;

/**
 * One overload of a function that Kubernetes adds to CEL.
 *
 * @param id unique name of the overload
 * @param member whether it is called on its first parameter
 */
record CelFunction(
    String name, String id, boolean member, CelType result, List<CelType> parameters, Body body) {
  /** What the function does; a runtime exception is the expression's failure. */
  @FunctionalInterface
  interface Body {
    Object apply(Object[] arguments);
  }

  static CelFunction member(
      String name, String id, CelType result, List<CelType> parameters, Body body) {
    return new CelFunction(name, id, true, result, parameters, body);
  }

  static CelFunction global(
      String name, String id, CelType result, List<CelType> parameters, Body body) {
    return new CelFunction(name, id, false, result, parameters, body);
  }

  @SuppressWarnings("Immutable") // Bodies keep no state.
  void addTo(CelBuilder builder) {
    CelOverloadDecl overload =
        member
            ? CelOverloadDecl.newMemberOverload(id, result, parameters)
            : CelOverloadDecl.newGlobalOverload(id, result, parameters);
    builder.addFunctionDeclarations(CelFunctionDecl.newFunctionDeclaration(name, overload));
    List<Class<?>> classes = new ArrayList<>();
    parameters.forEach(parameter -> classes.add(CelClasses.of(parameter)));
    builder.addFunctionBindings(
        CelFunctionBinding.from(
            id,
            classes,
            arguments -> {
              try {
                return body.apply(arguments);
              } catch (RuntimeException e) {
                throw new CelEvaluationException(String.valueOf(e.getMessage()), e);
              }
            }));
  }
}
