namespace Interop.Sharing.Policy;

/// <summary>What kind of agency an organisation is; decides the legal ceiling. <see cref="Unknown"/> sees nothing.</summary>
public enum AgencyType
{
    Unknown,
    CrisisProgram,
    Hospital,
    Police,
    SocialServices,
    Dispatch,
    SudProgram,
    Shelter,
    Provider,
}
