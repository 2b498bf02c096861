namespace Interop.Storage;
