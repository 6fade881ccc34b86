/**
 * Admission webhooks (admissionregistration.k8s.io/v1): who is asked about a request, how, and what
 * an answer does. Configurations come by watch through the security view's thread, which publishes
 * immutable lists; calls block the request's own virtual thread, at most for the webhook's timeout.
 * Imported by the composition of the API server.
 */
@NullMarked
package dev.wherry.apiserver.admission.hook;

import org.jspecify.annotations.NullMarked;
