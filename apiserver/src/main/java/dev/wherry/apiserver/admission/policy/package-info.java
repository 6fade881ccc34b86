/**
 * ValidatingAdmissionPolicy and MutatingAdmissionPolicy (admissionregistration.k8s.io/v1) with
 * their bindings and parameters. Policies come by watch through the security view's thread, which
 * publishes immutable lists; expressions are compiled when a request first matches and run on the
 * request's own thread by budget. Imported by the composition of the API server.
 */
@NullMarked
package dev.wherry.apiserver.admission.policy;

import org.jspecify.annotations.NullMarked;
