/** Reconcilers that keep what is declared so. */
@NullMarked
package dev.wherry.controllers;

import org.jspecify.annotations.NullMarked;
