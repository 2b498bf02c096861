namespace Interop.Sharing;
