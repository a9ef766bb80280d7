//! The first look at a name.

use super::super::names::{classify, may_end_secret_name};

#[test]
fn every_name_of_a_secret_passes_the_first_look() {
    const NAMES: &str = "password passwords passwd passphrase apikey apikeys secretkey privatekey \
        accesskey authtoken accesstoken refreshtoken sessiontoken idtoken apitoken authkey apisecret \
        clientsecret presharedkey rootpw bindpw storepass keypass passwort senha wachtwoord \
        authorization cookie cookies bearer basic secret secrets credential credentials creds \
        passcode pwds gitlab_session db_pass db_pwd db_pw wifi_psk mot_de_passe seed_phrase \
        password_confirm password_confirmation auth_token pass pwd pw psk token access_tokens \
        api_key api_keys CACHE_KEY SECRET_KEY_BASE sig auth jwt sas x_amz_signature key code \
        signature";
    for name in NAMES.split_whitespace() {
        assert!(classify(name).is_some(), "{name}");
        for written in [name.to_owned(), name.to_ascii_uppercase(), format!("{name}_2")] {
            assert!(may_end_secret_name(written.as_bytes()), "{written}");
        }
    }
    for name in ["", "w", "model", "messages", "content", "role", "input", "created", "items"] {
        assert!(!may_end_secret_name(name.as_bytes()), "{name}");
    }
}
