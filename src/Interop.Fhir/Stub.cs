namespace Interop.Fhir;
