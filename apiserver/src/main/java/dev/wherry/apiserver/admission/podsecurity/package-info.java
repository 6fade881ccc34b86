/**
 * Pod security standards: which pods the labels of a namespace let in, refuse, audit or warn of
 * (k8s.io/pod-security-admission). Pure checks over trees, safe on any thread. Imported by the
 * chain of plugins.
 */
@NullMarked
package dev.wherry.apiserver.admission.podsecurity;

import org.jspecify.annotations.NullMarked;
