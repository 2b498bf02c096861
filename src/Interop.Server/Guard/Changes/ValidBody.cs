using Interop.Fhir;
using Interop.Fhir.Json;
using Interop.Fhir.Profiles;
using Interop.Fhir.Validation;
using Interop.Server.Http;

namespace Interop.Server.Guard.Changes;

/// <summary>What bytes must be before anything is done with them: valid R4, by the profiles that they name too.</summary>
internal sealed class ValidBody(ProfileSet profiles)
{
    /// <summary>The bytes without a byte order mark, if they are a valid resource of this type and id.</summary>
    /// <param name="key">The address that it is sent to; null for a new one.</param>
    /// <exception cref="FhirException">400 with every issue.</exception>
    public byte[] Of(string type, ResourceKey? key, byte[] body)
    {
        body = ByteOrderMark.Skip(body);
        var issues = profiles.Validate(body);
        if (issues.Any(issue => issue.Severity <= IssueSeverity.Error))
        {
            throw new FhirException(400, issues);
        }

        var header = ResourceJson.ReadHeader(body)!;
        if (header.Type != type)
        {
            throw new FhirException(IssueCode.Invalid, "The resource is not of the type that the path names.", "resourceType");
        }

        return key is null || header.Id == key.Value.Id
            ? body
            : throw new FhirException(IssueCode.Invalid, "The resource's id must be the id in the path.", $"{type}.id");
    }
}
