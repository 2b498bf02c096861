using Interop.Identity.Database;

namespace Interop.Identity.Invitations;

/// <summary>Codes for a week each. Single use is one UPDATE, so of two people with one code one wins.</summary>
internal sealed class InvitationStore(IdentityDatabase database, TimeProvider clock)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private long Now => clock.GetUtcNow().ToMicroseconds();

    public Task AddAsync(Invitation invitation, CancellationToken cancellationToken)
    {
        // Who is given a second code has lost the first: of one agency's about one person one is good.
        const string sql = """
            DELETE FROM invitation
            WHERE  organization = @Organization AND fhir_user = @FhirUser AND patient = @Patient AND account_id IS NULL;
            INSERT INTO invitation (hash, organization, patient, fhir_user, given_by, expires_at)
            VALUES (@Hash, @Organization, @Patient, @FhirUser, @GivenBy, @expires)
            """;
        return database.ExecuteAsync(
            sql,
            new
            {
                invitation.Hash,
                invitation.Organization,
                invitation.Patient,
                invitation.FhirUser,
                invitation.GivenBy,
                expires = (clock.GetUtcNow() + Life).ToMicroseconds(),
            },
            cancellationToken);
    }

    /// <summary>The invitation, from now on taken by this account; null where the code is none, was used or is over.</summary>
    public async Task<Invitation?> TakeAsync(string hash, string accountId, CancellationToken cancellationToken)
    {
        const string take = """
            UPDATE invitation SET account_id = @accountId WHERE hash = @hash AND account_id IS NULL AND expires_at > @Now
            """;
        const string read = """
            SELECT hash AS Hash, organization AS Organization, patient AS Patient, fhir_user AS FhirUser, given_by AS GivenBy
            FROM   invitation
            WHERE  hash = @hash
            """;
        return await database.ExecuteAsync(take, new { hash, accountId, Now }, cancellationToken) == 1
            ? await database.FindAsync<Invitation>(read, new { hash }, cancellationToken)
            : null;
    }

    /// <summary>The account came to nothing: the code is good again.</summary>
    public Task GiveBackAsync(string hash, string accountId, CancellationToken cancellationToken) => database.ExecuteAsync(
        "UPDATE invitation SET account_id = NULL WHERE hash = @hash AND account_id = @accountId",
        new { hash, accountId },
        cancellationToken);
}
